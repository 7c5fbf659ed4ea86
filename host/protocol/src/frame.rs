//! How messages are framed, and how two versions find out that they are two.
//!
//! ```text
//! frame   ::= magic version kind length payload
//! magic   ::= "zcc1"                       never changes
//! version ::= u16le                        of the messages; raised with every change to one
//! kind    ::= 0 (message, postcard) | 1 (refusal: the sender cannot read the other's version; no payload)
//!           | 2 (stop, any version; no payload)
//! length  ::= u32le, bytes of payload, at most `limits::FRAME_BYTES`
//! ```

use std::io::{self, BufReader, Read, Write};

use serde::{Deserialize, Serialize};
use zccache_model::limits::FRAME_BYTES;

/// Version of [`crate::message`].
pub const VERSION: u16 = 3;
/// Frames up to this size are written into one allocation and read by one call, bytes.
const USUAL_BYTES: usize = 8 << 10;
/// Bytes of a frame before its payload.
pub const HEADER_BYTES: usize = 12;

const MAGIC: [u8; 4] = *b"zcc1";

/// Why a frame could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// Reading or writing failed.
    #[error("{}", said(.0))]
    Io(#[from] io::Error),
    /// What came is no frame.
    #[error("what came is no message of zccache")]
    NotAFrame,
    /// The frame is larger than allowed.
    #[error("a message of {0} bytes is larger than allowed")]
    TooLong(usize),
    /// The other side speaks another version.
    #[error("the other side speaks version {theirs} of the protocol, this one {VERSION}")]
    Version {
        /// Of the other side.
        theirs: u16,
    },
    /// The payload is not what its kind says.
    #[error("a message cannot be decoded")]
    Malformed(#[from] postcard::Error),
}

impl FrameError {
    /// Whether the other side is gone.
    pub fn is_end(&self) -> bool {
        matches!(self, FrameError::Io(error) if is_end(error))
    }
}

fn is_end(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), UnexpectedEof | ConnectionReset | BrokenPipe)
}

/// What the system said, or what it means when the other side is gone.
fn said(error: &io::Error) -> String {
    if is_end(error) { "the connection ended".to_owned() } else { error.to_string() }
}

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A message of this version follows.
    Message,
    /// The sender cannot read what it was sent.
    Refusal,
    /// The daemon shall stop, whatever version asks.
    Stop,
}

/// The fixed part of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// What follows.
    pub kind: Kind,
    /// Version of the sender.
    pub version: u16,
    /// Bytes of payload.
    pub length: usize,
}

impl Header {
    fn encode(kind: Kind, length: usize) -> Result<[u8; HEADER_BYTES], FrameError> {
        if length > FRAME_BYTES {
            return Err(FrameError::TooLong(length));
        }
        let mut bytes = [0; HEADER_BYTES];
        bytes[..4].copy_from_slice(&MAGIC);
        bytes[4..6].copy_from_slice(&VERSION.to_le_bytes());
        bytes[6..8].copy_from_slice(&(kind as u16).to_le_bytes());
        bytes[8..].copy_from_slice(&(length as u32).to_le_bytes());
        Ok(bytes)
    }

    /// Reads a header from its bytes.
    pub fn decode(bytes: &[u8; HEADER_BYTES]) -> Result<Header, FrameError> {
        let [m0, m1, m2, m3, v0, v1, k0, k1, l0, l1, l2, l3] = *bytes;
        if [m0, m1, m2, m3] != MAGIC {
            return Err(FrameError::NotAFrame);
        }
        let kind = match u16::from_le_bytes([k0, k1]) {
            0 => Kind::Message,
            1 => Kind::Refusal,
            2 => Kind::Stop,
            _ => return Err(FrameError::NotAFrame),
        };
        let length = u32::from_le_bytes([l0, l1, l2, l3]) as usize;
        if length > FRAME_BYTES {
            return Err(FrameError::TooLong(length));
        }
        Ok(Header { kind, version: u16::from_le_bytes([v0, v1]), length })
    }
}

/// A frame that holds a message.
pub fn encode(message: &impl Serialize) -> Result<Vec<u8>, FrameError> {
    let mut bytes = Vec::with_capacity(USUAL_BYTES);
    bytes.extend([0; HEADER_BYTES]);
    let mut bytes = postcard::to_extend(message, bytes)?;
    let header = Header::encode(Kind::Message, bytes.len() - HEADER_BYTES)?;
    bytes[..HEADER_BYTES].copy_from_slice(&header);
    Ok(bytes)
}

/// A frame without payload.
pub fn bare(kind: Kind) -> [u8; HEADER_BYTES] {
    Header::encode(kind, 0).expect("no payload is never too long")
}

/// Reads the payload of a message.
pub fn decode<'a, T: Deserialize<'a>>(payload: &'a [u8]) -> Result<T, FrameError> {
    Ok(postcard::from_bytes(payload)?)
}

/// Writes a message.
pub fn write(to: &mut impl Write, message: &impl Serialize) -> Result<(), FrameError> {
    to.write_all(&encode(message)?)?;
    Ok(())
}

/// A frame as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What it is, and who sent it.
    pub header: Header,
    /// What it holds.
    pub payload: Vec<u8>,
}

/// Reads a whole frame, whatever its version. The other side says nothing more before it is answered, so that an ordinary
/// frame is read in one piece.
pub fn read(from: &mut impl Read) -> Result<Frame, FrameError> {
    let from = &mut BufReader::with_capacity(USUAL_BYTES, from);
    let mut header = [0; HEADER_BYTES];
    from.read_exact(&mut header)?;
    let header = Header::decode(&header)?;
    // Grows with what really comes: a header alone must not make this side allocate what it claims.
    let mut payload = Vec::with_capacity(header.length.min(64 << 10));
    from.take(header.length as u64).read_to_end(&mut payload)?;
    if payload.len() != header.length {
        return Err(FrameError::Io(io::ErrorKind::UnexpectedEof.into()));
    }
    Ok(Frame { header, payload })
}

/// Reads the payload of a message of this version.
pub fn read_message(from: &mut impl Read) -> Result<Vec<u8>, FrameError> {
    let frame = read(from)?;
    match frame.header.kind {
        Kind::Message if frame.header.version == VERSION => Ok(frame.payload),
        _ => Err(FrameError::Version { theirs: frame.header.version }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Bytes, Reply, Request};

    #[test]
    fn a_message_comes_back_as_it_was_sent() {
        let bytes = encode(&Reply::Trouble("full".into())).unwrap();
        let payload = read_message(&mut bytes.as_slice()).unwrap();
        assert_eq!(decode::<Reply>(&payload).unwrap(), Reply::Trouble("full".into()));
        let bytes = encode(&Bytes(b"not \xff text")).unwrap();
        assert_eq!(decode::<Bytes<'_>>(&bytes[HEADER_BYTES..]).unwrap(), Bytes(b"not \xff text"));
    }

    #[test]
    fn counters_travel() {
        let mut statistics = zccache_model::outcome::Statistics::default();
        statistics.count(Some("tool"), &zccache_model::outcome::Outcome::Hit);
        let report = crate::message::StatsReport { statistics, bytes: 1, blobs: 1, results: 1, dropped: 0 };
        let bytes = encode(&Reply::Stats(report.clone())).unwrap();
        assert_eq!(decode::<Reply>(&bytes[HEADER_BYTES..]).unwrap(), Reply::Stats(report));
    }

    #[test]
    fn another_version_a_strange_header_and_a_torn_frame_are_told_apart() {
        let mut bytes = encode(&Request::Status).unwrap();
        bytes[4] = 77;
        assert!(matches!(read_message(&mut bytes.as_slice()), Err(FrameError::Version { theirs: 77 })));
        bytes[0] = b'?';
        assert!(matches!(read(&mut bytes.as_slice()), Err(FrameError::NotAFrame)));
        let whole = encode(&Request::Stats { zero: true }).unwrap();
        assert!(matches!(read(&mut &whole[..whole.len() - 1]), Err(FrameError::Io(_))));
        let mut long = bare(Kind::Message);
        long[8..].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(matches!(read(&mut long.as_slice()), Err(FrameError::TooLong(_))));
        assert!(matches!(decode::<Reply>(&[99, 1, 2]), Err(FrameError::Malformed(_))));
    }
}
