"""Who follows what, and how they are told: by mail, feed and web hook."""
