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
    let said = path.display().to_string();
    let io = |e: std::io::Error| Error::io(e, &said);
    let mut name = path.file_name().ok_or_else(|| Error::argument(format!("“{said}” names no file")))?.to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let written = (|| {
        let mut file = File::create(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        if keep && path.exists() {
            // a copy: the name is never without a file
            std::fs::copy(path, previous(path))?;
        }
        std::fs::rename(&part, path)
    })();
    written.map_err(|e| {
        let _ = std::fs::remove_file(&part);
        io(e)
    })
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
        assert!(write(&folder.join("no such folder").join("x"), b"", false).is_err());
        assert!(write(Path::new("/"), b"", false).is_err());
        // what cannot be replaced stays as it was: a folder of that name
        std::fs::create_dir_all(folder.join("b/c")).unwrap();
        assert!(write(&folder.join("b"), b"x", false).is_err());
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 3);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
