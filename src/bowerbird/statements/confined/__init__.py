"""Reading untrusted files in processes that can do nothing else: no other file, no network, little memory, little time."""
