"""The only room that runs git: ranges, diffs, files and exported trees."""
