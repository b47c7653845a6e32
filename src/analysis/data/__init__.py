"""The border: nothing crosses it unread, unchecked or unexplained."""
