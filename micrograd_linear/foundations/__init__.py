"""What knows nothing of graphs: files, places in a user's file, nestings, names for annotations."""
