import threading


class Leases:
    """Calls that this process may still take in the current minute, per key. Thread-safe."""

    def __init__(self):
        self._lock = threading.Lock()
        self._minute = 0
        self._left = {}

    def spend(self, minute, key):
        """:return: True when a call was spent, False when the minute has none left, None when nothing is known"""
        with self._lock:
            if self._minute != minute:
                self._minute = minute
                self._left.clear()
            left = self._left.get(key)
            if left:
                self._left[key] = left - 1
                if left == 1:
                    del self._left[key]
                return True
            return None if left is None else False

    def put(self, minute, key, amount):
        """Remember what was granted; 0: the minute is over for this key."""
        with self._lock:
            if self._minute == minute:
                self._left[key] = self._left.get(key, 0) + amount
