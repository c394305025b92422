"""A changed rule or mapping on past documents: each is decided twice, as things are and as they would be.

One module a sort of document (``releases``, ``messages``, ``stock``); ``run`` walks through them. Nothing is written
but what was found. ``docs/adr/0055`` says what is compared with what.
"""
