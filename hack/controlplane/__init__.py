"""A real control plane on this machine: etcd, API server, controller manager, kubectl."""

from hack.controlplane.controlplane import ControlPlane, StartError

__all__ = ["ControlPlane", "StartError"]
