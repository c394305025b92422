"""Field tables by version, distilled from recorded `fields_get` answers."""
