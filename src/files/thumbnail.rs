//! Small pictures of large ones. What comes from a stranger is decoded within bounds: a picture that claims
//! to be larger than they allow is refused before anything of it is unpacked.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use crate::error::{Error, Result};

/// Edges that may be asked for, in pixels.
pub const SMALLEST: u32 = 16;
pub const LARGEST: u32 = 1024;
/// Files beyond this are not opened.
pub const LARGEST_FILE: u64 = 25 * 1024 * 1024;
const LONGEST_EDGE: u32 = 16_384;
const MOST_MEMORY: u64 = 192 * 1024 * 1024;
const QUALITY: u8 = 80;

/// A picture as it is answered.
pub struct Thumbnail {
    pub bytes: Vec<u8>,
    pub content_type: &'static str,
}

/// The format of a media type that there are thumbnails of.
fn format(content_type: &str) -> Option<ImageFormat> {
    match content_type {
        "image/png" => Some(ImageFormat::Png),
        "image/jpeg" => Some(ImageFormat::Jpeg),
        "image/gif" => Some(ImageFormat::Gif),
        "image/webp" => Some(ImageFormat::WebP),
        _ => None,
    }
}

/// Whether a file can have a thumbnail at all.
pub fn is_possible(content_type: &str, size: u64) -> bool {
    format(content_type).is_some() && size <= LARGEST_FILE
}

/// The picture within a square of `edge` pixels; never larger than it is. `NotFound` where it cannot be
/// read within bounds.
pub fn make(content: Vec<u8>, content_type: &str, edge: u32) -> Result<Thumbnail> {
    let format = format(content_type).ok_or(Error::NotFound)?;
    let limits = limits(LONGEST_EDGE, MOST_MEMORY);
    let picture = decode(content, format, limits).map_err(|error| {
        tracing::info!(%error, "a picture has no thumbnail");
        Error::Missing("This picture cannot be made small: it is broken or too large.".into())
    })?;
    let small = if picture.width() <= edge && picture.height() <= edge {
        picture
    } else {
        picture.thumbnail(edge, edge)
    };
    let mut bytes = Cursor::new(Vec::new());
    let content_type = if small.color().has_alpha() {
        small.to_rgba8().write_to(&mut bytes, ImageFormat::Png).map_err(unwritten)?;
        "image/png"
    } else {
        let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
        small.to_rgb8().write_with_encoder(encoder).map_err(unwritten)?;
        "image/jpeg"
    };
    Ok(Thumbnail { bytes: bytes.into_inner(), content_type })
}

fn limits(longest_edge: u32, most_memory: u64) -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(longest_edge);
    limits.max_image_height = Some(longest_edge);
    limits.max_alloc = Some(most_memory);
    limits
}

fn decode(content: Vec<u8>, format: ImageFormat, mut limits: Limits) -> image::ImageResult<DynamicImage> {
    let mut reader = ImageReader::with_format(Cursor::new(content), format);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder()?;
    // The decoder bounds what it needs besides; the picture itself counts too.
    limits.reserve(decoder.total_bytes())?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn unwritten(error: image::ImageError) -> Error {
    Error::Internal(Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(width, height).write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    fn size(thumbnail: &Thumbnail) -> (u32, u32) {
        let picture = image::load_from_memory(&thumbnail.bytes).unwrap();
        (picture.width(), picture.height())
    }

    #[test]
    fn pictures_shrink_and_never_grow() {
        assert_eq!(size(&make(png(400, 200), "image/png", 100).unwrap()), (100, 50));
        assert_eq!(size(&make(png(40, 20), "image/png", 100).unwrap()), (40, 20));
        assert!(make(png(40, 20), "application/pdf", 100).is_err());
        assert!(make(b"no picture".to_vec(), "image/png", 100).is_err());
        assert!(make(png(40, 20)[..50].to_vec(), "image/png", 100).is_err());
    }

    #[test]
    fn a_picture_that_unpacks_to_too_much_is_refused() {
        let wide = png(400, 200);
        let read = |edge, memory| decode(wide.clone(), ImageFormat::Png, limits(edge, memory));
        assert!(read(400, 1_000_000).is_ok());
        assert!(read(399, 1_000_000).is_err());
        assert!(read(400, 200_000).is_err());
    }
}
