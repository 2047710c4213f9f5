"""OSC over UDP.

- osc_input: the thread with the socket; osc_messages: packets to actions, the show to messages
"""
