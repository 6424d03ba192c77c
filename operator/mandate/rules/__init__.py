"""Every judgement of the regulation, as pure functions.

They take what is, what was decided and the time, and return a plan. They read no clock,
call nobody and import no client, so that a past decision can be judged again years later.
"""
