"""Links inside the repository: files, folders and headings."""
