//! Memory of the machine, as the system tells it.

use sysinfo::{MemoryRefreshKind, System};

/// Bytes of memory of the machine or of the container, whichever has less, where the system tells.
pub(crate) fn machine_memory() -> Option<u64> {
    let mut system = System::new();
    system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
    let machine = Some(system.total_memory()).filter(|total| *total > 0);
    let container = system.cgroup_limits().map(|limits| limits.total_memory);
    machine.into_iter().chain(container).min()
}
