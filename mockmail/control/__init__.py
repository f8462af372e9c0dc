"""The same world over HTTP and JSON, for tests in other languages.

A request is a look at the world between two inputs, or a change of it, as a call
of a handle is in Python: it is answered in the server's own loop, and what it
changes every session has heard of when the answer comes. `catalog` lists all of
it; a handler's types say what it takes and gives, to the server and to the
OpenAPI document alike.
"""
