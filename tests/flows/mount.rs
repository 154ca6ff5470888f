//! A small disk in memory, to be filled and made read-only: what root can do where the system allows mounts.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use rustix::mount::{MountFlags, UnmountFlags, mount, mount_bind, mount_remount, unmount};

/// A mounted disk; unmounted on drop.
pub(crate) struct Mount(PathBuf);

impl Mount {
    /// Mounts one over a folder, or says loudly why not. Where root may mount and `CI` is set it must work.
    pub(crate) fn new(folder: &Path) -> Option<Self> {
        let mounted = mount("tmpfs", folder, "tmpfs", MountFlags::empty(), c"size=512k,mode=700");
        if mounted.is_ok() {
            return Some(Self(folder.to_owned()));
        }
        assert!(std::env::var_os("CI").is_none() || !may_mount(), "CI is set and mounting failed: {mounted:?}");
        let test = std::thread::current().name().unwrap_or("a test").to_owned();
        // Not by eprintln!, whose text is kept from the eye when a test passes.
        let notice = format!("\n******** SKIPPED {test}: it needs root with the right to mount ********\n");
        std::io::stderr().write_all(notice.as_bytes()).unwrap();
        None
    }

    /// Leaves no byte free.
    pub(crate) fn fill(&self) {
        let mut filler = fs::File::create(self.filler()).unwrap();
        while filler.write_all(&[0; 1024]).is_ok() {}
    }

    /// Takes that back.
    pub(crate) fn free(&self) {
        fs::remove_file(self.filler()).unwrap();
    }

    /// Makes it read-only. The same disk is mounted once more over itself: files that are open for writing, as
    /// locks are, would keep the first mount from it.
    pub(crate) fn forbid_writing(&self) {
        mount_bind(&self.0, &self.0).unwrap();
        mount_remount(&self.0, MountFlags::BIND | MountFlags::RDONLY, c"").unwrap();
    }

    /// Takes that back.
    pub(crate) fn allow_writing(&self) {
        unmount(&self.0, UnmountFlags::empty()).unwrap();
    }

    fn filler(&self) -> PathBuf {
        self.0.join("filler")
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // Once more for a disk that is read-only still.
        while unmount(&self.0, UnmountFlags::DETACH).is_ok() {}
    }
}

/// Whether this process has the capability that mounting takes (`CAP_SYS_ADMIN`, bit 21).
fn may_mount() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    effective.and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok()).is_some_and(|all| all >> 21 & 1 == 1)
}
