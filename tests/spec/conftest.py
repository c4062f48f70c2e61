from england import decided, outcome, rules

__all__ = ["decided", "outcome", "rules"]
