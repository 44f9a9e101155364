-- A cursor of the change feed names the commit that it follows: after a restored backup the feed
-- passes the same places with other commits.
CREATE INDEX commits_feed ON commits (user_id, feed);
