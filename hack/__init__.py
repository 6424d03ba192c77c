"""Tools of the developers: the local control plane, the generators."""
