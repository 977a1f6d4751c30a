//! Files are written whole or not at all: into a new file beside the old one, which then takes its name.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use sre_stats::{Error, Result};

/// Where the file before is kept.
pub fn previous(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".previous");
    PathBuf::from(name)
}

/// Writes a file. Whoever reads it finds the old bytes or the new ones, never a part of them; with `keep` the old ones stay
/// beside it.
///
/// # Errors
/// Where the folder or the disk refuses; the old file is then as it was.
pub fn write(path: &Path, bytes: &[u8], keep: bool) -> Result<()> {
    through(path, keep, |part| {
        let mut file = File::create(part)?;
        file.write_all(bytes)
    })
}

/// The same for what another writes: `fill` is given the name of the new file.
///
/// # Errors
/// As [`write()`], and what `fill` says.
pub fn through<E: Into<Failure>>(path: &Path, keep: bool, fill: impl FnOnce(&Path) -> Result<(), E>) -> Result<()> {
    let said = path.display().to_string();
    let told = |why| match why {
        Failure::Io(e) if e.kind() == std::io::ErrorKind::NotFound => {
            Error::io(e, &said).hint("it cannot be written there: does the folder exist?")
        }
        Failure::Io(e) => Error::io(e, &said),
        // it names the file that it was given
        Failure::Other(e) => {
            let renamed = Error::new(e.kind(), e.message()).in_file(&said);
            match e.way_out() {
                Some(hint) => renamed.hint(hint),
                None => renamed,
            }
        }
    };
    // a link keeps pointing to its file, and a pipe or a terminal has nothing that could take its name
    let real = std::fs::canonicalize(path);
    let path = real.as_deref().unwrap_or(path);
    if path.metadata().is_ok_and(|meta| !meta.is_file() && !meta.is_dir()) {
        return fill(path).map_err(|why| told(why.into()));
    }
    let mut name = path.file_name().ok_or_else(|| Error::argument(format!("“{said}” names no file")))?.to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let written: Result<(), Failure> = (|| {
        fill(&part).map_err(Into::<Failure>::into)?;
        // the bytes are on the disk before the name is theirs
        File::open(&part)?.sync_all()?;
        if keep && path.exists() {
            // a copy: the name is never without a file
            std::fs::copy(path, previous(path))?;
        }
        if let Ok(old) = path.metadata() {
            // who may read the old file may read the new one, and nobody else
            let allowed = old.permissions();
            if part.metadata()?.permissions() != allowed {
                std::fs::set_permissions(&part, allowed)?;
            }
        }
        Ok(std::fs::rename(&part, path)?)
    })();
    written.map_err(|why| {
        let _ = std::fs::remove_file(&part);
        told(why)
    })
}

/// Why a file was not written.
#[derive(Debug)]
pub enum Failure {
    /// The system refuses.
    Io(std::io::Error),
    /// There is nothing to write.
    Other(Error),
}

impl From<std::io::Error> for Failure {
    fn from(e: std::io::Error) -> Self {
        Self::Io(e)
    }
}

impl From<Error> for Failure {
    fn from(e: Error) -> Self {
        Self::Other(e)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_old_file_is_kept_and_nothing_else_is_left() {
        let folder = std::env::temp_dir().join(format!("sre-stats-files-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("a.json");
        write(&path, b"one", true).unwrap();
        write(&path, b"two", true).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::read(previous(&path)).unwrap(), b"one");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2);
        let nowhere = write(&folder.join("no such folder").join("x"), b"", false).unwrap_err();
        assert!(nowhere.to_string().contains("does the folder exist?"), "{nowhere}");
        assert!(write(Path::new("/"), b"", false).is_err());
        // what cannot be replaced stays as it was: a folder of that name
        std::fs::create_dir_all(folder.join("b/c")).unwrap();
        assert!(write(&folder.join("b"), b"x", false).is_err());
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 3);
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn the_way_out_is_told() {
        let path = std::env::temp_dir().join(format!("sre-stats-hint-{}", std::process::id()));
        let nothing = |_: &Path| -> Result<()> { Err(Error::empty("nothing").hint("give something")) };
        assert_eq!(through(&path, false, nothing).unwrap_err().way_out(), Some("give something"));
    }

    #[test]
    #[cfg(unix)]
    fn a_private_file_stays_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = std::env::temp_dir().join(format!("sre-stats-private-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("a.json");
        write(&path, b"old", false).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        write(&path, b"new", false).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_disk_that_is_full_after_any_byte_leaves_the_old_file_and_no_other() {
        let folder = std::env::temp_dir().join(format!("sre-stats-full-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("a.json");
        write(&path, b"old", false).unwrap();
        for room in [0, 1, 17] {
            let full = |part: &Path| -> std::io::Result<()> {
                File::create(part)?.write_all(&vec![b'x'; room])?;
                Err(std::io::Error::from(std::io::ErrorKind::StorageFull))
            };
            let why = through(&path, true, full).unwrap_err().to_string();
            assert!(why.contains("a.json") && !why.contains(".part"), "{why}");
            assert_eq!(std::fs::read(&path).unwrap(), b"old");
            assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }

    /// Linux has a file whose disk is always full.
    #[test]
    #[cfg(target_os = "linux")]
    fn the_kernel_says_that_no_space_is_left() {
        let folder = std::env::temp_dir().join(format!("sre-stats-dev-full-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("a.json");
        write(&path, b"old", false).unwrap();
        let full = |part: &Path| -> std::io::Result<()> {
            std::os::unix::fs::symlink("/dev/full", part)?;
            let mut file = std::fs::OpenOptions::new().write(true).open(part)?;
            file.write_all(b"new")
        };
        let why = through(&path, true, full).unwrap_err();
        assert_eq!(why.kind(), sre_stats::ErrorKind::Io);
        assert!(why.to_string().contains("space"), "{why}");
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
