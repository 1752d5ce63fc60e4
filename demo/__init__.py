"""The story that ``make demo`` tells: real purchases become points, a gift card is sold, given and spent, and points
become goods handed over against a pickup code; all over HTTP, as the till, the back office and a member's phone do."""
