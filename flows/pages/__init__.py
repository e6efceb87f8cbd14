"""The editor's pages: doors that translate, make one call and answer. `flows.admin` gives them their addresses."""
