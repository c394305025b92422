"""Exception cases: the list, a case's page, whose desk they are on."""
