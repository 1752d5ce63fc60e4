"""What ``make bench`` measures: each figure beside a reference of the same run, since absolute figures drift."""
