//! What is mounted where. That something is mounted over a name, or no more, is an event of that name, but one that the system
//! tells in a list of its own.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use crate::files::FileId;
use crate::unix;

/// The list of mounts (`/proc/self/mountinfo`, proc(5)).
#[derive(Default)]
pub(super) struct Mounts {
    /// Its lines: whatever is said of a mount is part of what it is.
    lines: HashSet<Vec<u8>>,
    places: HashSet<PathBuf>,
}

impl Mounts {
    pub(super) fn parse(list: &[u8]) -> Mounts {
        let lines = list.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        Mounts { lines: lines.clone().map(<[u8]>::to_vec).collect(), places: lines.map(place).collect() }
    }

    /// Whether something is mounted there.
    pub(super) fn has(&self, place: &Path) -> bool {
        self.places.contains(place)
    }

    /// Where something is mounted that was not, or was mounted that is not, or is mounted otherwise.
    pub(super) fn differences(&self, before: &Mounts) -> HashSet<PathBuf> {
        self.lines.symmetric_difference(&before.lines).map(|line| place(line)).collect()
    }

    /// Whether the root is mounted as it was.
    pub(super) fn same_root(&self, before: &Mounts) -> bool {
        let root = |mounts: &Mounts| -> HashSet<Vec<u8>> {
            mounts.lines.iter().filter(|line| place(line) == Path::new("/")).cloned().collect()
        };
        root(self) == root(before)
    }

    /// The folders that overlays keep their changes in. What is written by way of an overlay may be no event of the file
    /// below.
    pub(super) fn layers(&self) -> HashMap<FileId, PathBuf> {
        let overlays = self.lines.iter().filter_map(|line| {
            let (_, filesystem) = OsStr::from_bytes(line).to_str()?.split_once(" - overlay ")?;
            let options = filesystem.rsplit(' ').next()?;
            options.split(',').find_map(|option| option.strip_prefix("upperdir="))
        });
        let layers = overlays.map(|layer| plain(layer.as_bytes()));
        layers.filter_map(|layer| Some((unix::stat(&layer).ok()?.file(), layer))).collect()
    }
}

/// Where a mount is, as seen from the root of this process. A line that cannot be read is about everything.
fn place(line: &[u8]) -> PathBuf {
    line.split(|byte| *byte == b' ').nth(4).map_or_else(|| Path::new("/").to_owned(), plain)
}

/// A path as it is: the list has blanks and the like as `\040`.
fn plain(escaped: &[u8]) -> PathBuf {
    let mut plain = Vec::with_capacity(escaped.len());
    let mut rest = escaped;
    while let Some((byte, after)) = rest.split_first() {
        let code = after.get(..3).and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok());
        match code {
            Some(code) if *byte == b'\\' => {
                plain.push(code);
                rest = &after[3..];
            }
            _ => {
                plain.push(*byte);
                rest = after;
            }
        }
    }
    PathBuf::from(OsString::from_vec(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n";
    const BLANK: &str = "40 27 0:35 / /mnt/a\\040b rw - tmpfs tmpfs rw,size=1024k\n";

    #[test]
    fn a_mount_that_comes_goes_or_changes_is_told_by_its_place() {
        let list = |lines: &[&str]| Mounts::parse(lines.concat().as_bytes());
        let place = |path: &str| HashSet::from([Path::new(path).to_owned()]);
        assert!(list(&[ROOT]).differences(&list(&[ROOT])).is_empty());
        assert_eq!(list(&[ROOT]).differences(&list(&[BLANK, ROOT])), place("/mnt/a b"));
        assert_eq!(list(&[BLANK, ROOT]).differences(&list(&[ROOT])), place("/mnt/a b"));
        assert!(list(&[BLANK, ROOT]).has(Path::new("/mnt/a b")) && !list(&[ROOT]).has(Path::new("/mnt/a b")));
        assert!(list(&[BLANK, ROOT]).same_root(&list(&[ROOT])));
        assert!(!list(&[&ROOT.replace("rw,relatime", "ro,relatime")]).same_root(&list(&[ROOT])));
    }

    #[test]
    fn the_layer_that_an_overlay_writes_to_is_found() {
        let layer = tempfile::tempdir().unwrap();
        let layer = layer.path().canonicalize().unwrap();
        let line = format!(
            "60 27 0:50 / /merged rw - overlay overlay rw,lowerdir=/low,upperdir={},workdir=/work\n",
            layer.display()
        );
        let file = unix::stat(&layer).unwrap().file();
        assert_eq!(Mounts::parse(line.as_bytes()).layers(), HashMap::from([(file, layer)]));
        assert!(Mounts::parse(ROOT.as_bytes()).layers().is_empty());
    }

    #[test]
    fn what_is_escaped_is_told_as_it_is() {
        assert_eq!(plain(b"/a\\040b/c\\134d"), Path::new("/a b/c\\d"));
        assert_eq!(plain(b"/a\\04"), Path::new("/a\\04"));
    }
}
