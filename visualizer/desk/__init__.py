"""The desk: the show in a browser, on this machine or, with a token, on a tablet beside it.

- server: the thread with the HTTP server; hub: what it tells, and whom; routes: sockets and REST
- desk_messages: what a desk sends, and what each does; told_messages: what it is told; desk_state:
  the show as it is told
- access: who may do what; desk_file: tokens and address on disk; preview: the wall as JPEG
- openapi: the REST routes as a document; static/: the page
Only server, access, desk_file and preview are imported before its thread runs: the rest takes a
third of a second to import.
"""
