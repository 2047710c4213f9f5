"""The desk: the show in a browser, on this machine or, with a token, on a tablet beside it.

- server: the thread with the HTTP server; access: who may do what; desk_file: tokens on disk
- routes, openapi: the page (static/), REST and its document; metrics: figures for Prometheus
- desk_messages, desk_actions: what a desk sends, and what each does; desk_socket: one desk's line
- hub: the newest state, for all desks; desk_state, told_messages: the show as they are told it
- preview: the wall as JPEG; thumbnails: pictures of prompts; machine: memory, heat, processor
Only server, access, desk_file and preview are imported before its thread runs: the rest takes a
third of a second to import.
"""
