"""How one sees from outside whether all is well."""
