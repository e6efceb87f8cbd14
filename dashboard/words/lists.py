"""Several things in one sentence."""

from office import phrases

joined = phrases.joined
readable = phrases.readable
