//! Background work: the queue, its workers, and the chain of the audit trail.

mod audit;
mod duties;
mod intake;
mod queue;
