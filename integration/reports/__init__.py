"""What people are told of a day, of warehouses, of partners, of a lot: built once, drawn as page, XLSX, PDF or JSON."""
