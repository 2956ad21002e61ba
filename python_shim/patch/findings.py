"""What ``p.check()`` finds.

>>> for finding in p.check():
...     print(finding.kind, finding.objects, finding)
"""

__all__ = ["Finding"]


class Finding(str):
    """A sentence that says what is most likely wrong, and where; with its kind, the objects that it is about, and the rank.

    Kinds: unsent_gid, shared_gid, receivers_threshold, changed_threshold, zero_weight, short_delay, no_target, lost_target, lost_source,
    lost_recording, moved_recording, unconnected_synapse, lost_point_process, missing_mechanism, near_name.
    """

    __slots__ = ("kind", "objects", "rank")

    kind: str
    objects: tuple
    rank: int

    def __new__(cls, sentence: str, kind: str, objects: tuple = (), rank: int = 0):
        self = super().__new__(cls, sentence)
        self.kind, self.objects, self.rank = kind, objects, rank
        return self

    def __reduce__(self):  # objects belong to their rank
        return Finding, (str(self), self.kind, (), self.rank)
