"""The day grid: the clinic's clinicians side by side, quarter-hours down, worked by key or pointer.

`layout` is pure: where things stand. `reading` asks the database, `stamp` says whether anything
has changed, `cells` puts it in words, `page` shows it, and `moving` moves what stands in it.
"""
