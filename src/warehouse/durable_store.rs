//! The file system as an object store whose log entries are on disk before anybody can see them.
//!
//! A new object is written under a temporary name, flushed, linked to its own name, which must be
//! free, and the folder is flushed too. A power cut leaves the old state or the new one, never an
//! entry that is there and says nothing.

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::ops::Range;
use std::path::PathBuf;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

use super::files::sync_folder;

/// Beginning of temporary names; what is left of them after a crash is no part of the log.
pub(super) const TEMPORARY_PREFIX: &str = ".sppis-";

/// See the module.
#[derive(Debug)]
pub(super) struct DurableStore {
    inner: LocalFileSystem,
}

impl DurableStore {
    /// The files below a folder, which must be there. Its own path is no part of their names, so it
    /// may have characters that names of objects cannot have.
    pub(super) fn of(folder: &std::path::Path) -> io::Result<Self> {
        let inner = LocalFileSystem::new_with_prefix(fs::canonicalize(folder)?);
        Ok(Self { inner: inner.map_err(io::Error::other)? })
    }
}

impl fmt::Display for DurableStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DurableStore({})", self.inner)
    }
}

/// Makes a file whose name must be free; it is on disk before it has the name.
pub(super) fn create_durably<P: AsRef<[u8]>>(
    path: &std::path::Path,
    parts: impl IntoIterator<Item = P>,
) -> io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)?;
    let mut temporary = tempfile::Builder::new().prefix(TEMPORARY_PREFIX).tempfile_in(folder)?;
    for part in parts {
        temporary.write_all(part.as_ref())?;
    }
    temporary.as_file().sync_all()?;
    fs::hard_link(temporary.path(), path)?;
    temporary.close()?;
    sync_folder(folder).map_err(io::Error::other)
}

#[async_trait]
impl ObjectStore for DurableStore {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        if options.mode != PutMode::Create {
            return self.inner.put_opts(location, payload, options).await;
        }
        let path: PathBuf = self.inner.path_to_filesystem(location)?;
        let created = tokio::task::spawn_blocking(move || create_durably(&path, &payload)).await;
        let generic = |source| Error::Generic { store: "DurableStore", source };
        match created.map_err(|error| generic(Box::new(error)))? {
            Ok(()) => Ok(PutResult { e_tag: None, version: None }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(Error::AlreadyExists { path: location.to_string(), source: Box::new(error) })
            }
            Err(error) => Err(generic(Box::new(error))),
        }
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        // A pipe in the place of a log entry would be waited for.
        let path = self.inner.path_to_filesystem(location)?;
        if fs::metadata(&path).is_ok_and(|it| !it.is_file() && !it.is_dir()) {
            let text =
                format!("{}: expected a regular file; put a file in its place", path.display());
            return Err(Error::Generic { store: "DurableStore", source: text.into() });
        }
        self.inner.get_opts(location, options).await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.inner.get_ranges(location, ranges).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}
