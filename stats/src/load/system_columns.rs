//! What the columns of `sysstat` and `procps` are: their units, and which are labels.
//!
//! Sources: the manuals `sar(1)`, `iostat(1)`, `pidstat(1)`, `vmstat(8)`.

use crate::load::options::Format;
use crate::unit::Unit;

/// Whether a column of `vmstat` is memory in the unit that its option `-S` sets.
pub(super) fn is_vmstat_memory(name: &str) -> bool {
    matches!(name, "swpd" | "free" | "buff" | "cache" | "inact" | "active")
}

/// The unit of a column of `sar`, `iostat` and `pidstat`, or of `vmstat`, by their manuals; a kilobyte is 1024 bytes there.
pub(super) fn unit(name: &str, format: Format) -> Option<Unit> {
    let per_second = |unit: Unit| Some(Unit::PerSecond(Box::new(unit)));
    let kibibytes = || Unit::Other("KiB".into());
    if format == Format::Vmstat {
        return match name {
            "us" | "sy" | "id" | "wa" | "st" | "gu" => Some(Unit::Percent),
            "si" | "so" | "bi" | "bo" => per_second(kibibytes()),
            "in" | "cs" => per_second(Unit::Count),
            "r" | "b" => Some(Unit::Count),
            name if is_vmstat_memory(name) => Some(kibibytes()),
            _ => None,
        };
    }
    match name {
        name if name.starts_with('%') => Some(Unit::Percent),
        "await" | "r_await" | "w_await" | "d_await" | "f_await" | "svctm" => Some(Unit::Millisecond),
        "tps" => per_second(Unit::Count),
        "areq-sz" | "rareq-sz" | "wareq-sz" | "dareq-sz" | "kB_read" | "kB_wrtn" | "kB_dscd" => Some(kibibytes()),
        name if name.starts_with("kbmem") || name.starts_with("kbsw") || name == "kbavail" || name == "kbcommit" => {
            Some(kibibytes())
        }
        "kbbuffers" | "kbcached" | "kbactive" | "kbinact" | "kbdirty" => Some(kibibytes()),
        name => {
            let of = name.strip_suffix("/s").or_else(|| name.strip_suffix("ps"))?;
            match (of.to_ascii_lowercase().contains("kb"), of.contains("MB")) {
                (true, _) => per_second(kibibytes()),
                (_, true) => per_second(Unit::Other("MiB".into())),
                _ if name.ends_with("/s") => per_second(Unit::Count),
                _ => None,
            }
        }
    }
}

/// A column that tells rows of one time apart.
pub(super) fn is_label(name: &str) -> bool {
    matches!(
        name.trim_end_matches(':'),
        "CPU"
            | "IFACE"
            | "DEV"
            | "TTY"
            | "INTR"
            | "FILESYSTEM"
            | "BUS"
            | "FAN"
            | "TEMP"
            | "IN"
            | "DEVICE"
            | "Device"
            | "MOUNTPOINT"
            | "FCHOST"
            | "UID"
            | "USER"
            | "PID"
            | "TGID"
            | "TID"
            | "Command"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_the_units_of_the_manuals() {
        let per_second = |unit: Unit| Unit::PerSecond(Box::new(unit));
        let kibibytes = || Unit::Other("KiB".into());
        for (name, want) in [
            ("%util", Some(Unit::Percent)),
            ("r_await", Some(Unit::Millisecond)),
            ("await", Some(Unit::Millisecond)),
            ("rkB/s", Some(per_second(kibibytes()))),
            ("kB_wrtn/s", Some(per_second(kibibytes()))),
            ("rxkB/s", Some(per_second(kibibytes()))),
            ("MB_read/s", Some(per_second(Unit::Other("MiB".into())))),
            ("r/s", Some(per_second(Unit::Count))),
            ("tps", Some(per_second(Unit::Count))),
            ("kbmemfree", Some(kibibytes())),
            ("aqu-sz", None),
            ("ldavg-1", None),
        ] {
            assert_eq!(unit(name, Format::Sysstat), want, "{name}");
        }
    }
}
