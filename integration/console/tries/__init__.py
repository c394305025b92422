"""A change of rules or mappings is tried on past documents: offered on the pages that edit them, shown on a page of its
own, and kept from there as it was tried."""
