"""The tables, one module per subject."""

from integration.models.access import ApiToken, AuditEvent
from integration.models.beat import BeatLease, BeatSlot, Canary
from integration.models.capture import CaptureCursor, CapturedRecord, SeenWrite
from integration.models.cases import CaseJob, ExceptionCase
from integration.models.changes import ChangeLine, ChangeRequest
from integration.models.connections import Connection, ConnectionGate, RemoteSlot, Warehouse
from integration.models.documents import Document, DocumentLine, StockEvent
from integration.models.mapping import BusinessRule, CodeMapping, ExternalReference
from integration.models.master import MasterRecord, MasterRun, MasterTold, PartnerItem
from integration.models.messages import InboundMessage, MessageKey, OutboundMessage
from integration.models.places import Place
from integration.models.retention import Retention
from integration.models.work import Effect, JobAttempt, Lane, ResourceLock, Stream, SyncJob

__all__ = [
    "ApiToken",
    "AuditEvent",
    "BeatLease",
    "BeatSlot",
    "BusinessRule",
    "Canary",
    "CaptureCursor",
    "CapturedRecord",
    "CaseJob",
    "ChangeLine",
    "ChangeRequest",
    "CodeMapping",
    "Connection",
    "ConnectionGate",
    "Document",
    "DocumentLine",
    "Effect",
    "ExceptionCase",
    "ExternalReference",
    "InboundMessage",
    "JobAttempt",
    "Lane",
    "MasterRecord",
    "MasterRun",
    "MasterTold",
    "MessageKey",
    "OutboundMessage",
    "PartnerItem",
    "Place",
    "RemoteSlot",
    "ResourceLock",
    "Retention",
    "SeenWrite",
    "StockEvent",
    "Stream",
    "SyncJob",
    "Warehouse",
]
