"""What the HTML report is made of: the view (what to tell), and template, style and script (how it looks)."""
