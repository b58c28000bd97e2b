//! The program as a process: killed, crowded, out of disk.

mod crash;
mod limits;
mod mail_crash;
mod server;
