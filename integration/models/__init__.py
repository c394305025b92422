"""The tables, one module per subject."""

from integration.models.access import ApiToken, AuditEvent, Reach
from integration.models.alerts import Alert, AlertChannel, AlertRule, Notice
from integration.models.beat import BeatLease, BeatSlot, Canary
from integration.models.business import OrderDecision, OrderRule, OrderRuleVersion
from integration.models.calendars import WorkingHours
from integration.models.capture import CaptureCursor, CapturedRecord, SeenWrite
from integration.models.carriers import CutOff, TrackingPage
from integration.models.cases import CaseEvent, CaseJob, CaseRule, CaseTally, ExceptionCase
from integration.models.changes import ChangeLine, ChangeRequest
from integration.models.configuration import ConfigurationChange, ConfigurationDrift
from integration.models.conformance import ConformanceRun
from integration.models.connections import Connection, ConnectionGate, RemoteSlot, Warehouse
from integration.models.days_off import DaysOff
from integration.models.decisions import Decision
from integration.models.documents import Document, DocumentLine, StockEvent
from integration.models.downtime import DowntimePack, TypedShipment
from integration.models.drift import Drift, ServerShape
from integration.models.guard import EnvironmentLock, Installation, KnownSystem
from integration.models.keys import HeldRights, KeyRotation
from integration.models.mapping import BusinessRule, CodeMapping, ExternalReference
from integration.models.master import MasterRecord, MasterRun, MasterTold, PartnerItem
from integration.models.messages import InboundMessage, MessageEdit, MessageGap, MessageKey, OutboundMessage
from integration.models.modes import Mode, RolloutFlow
from integration.models.parcels import Parcel, ParcelEvent, ParcelStatus, Proof, ProofFile
from integration.models.places import Place
from integration.models.pulse import CallTally, CallTotal, FlowSuccess, FlowTally, TryTotal
from integration.models.reconcile import ReconciliationRun, Variance, VarianceCause
from integration.models.recovery import Generation, Recovery
from integration.models.replays import Replay, ReplayItem
from integration.models.reports import DayFigures, FlowDay, ReportMail, ReportSchedule
from integration.models.retention import Retention
from integration.models.rollout import Rollout, ShadowDocument
from integration.models.stages import CartonLine, Stage, StageEvent
from integration.models.stock import Availability, StockDifference, StockLevel, StockLook, StockSnapshot
from integration.models.transit import InTransit
from integration.models.tried import DecidedDelivery, TriedChange, TriedDocument
from integration.models.waves import Wave, WaveOrder
from integration.models.work import Effect, JobAttempt, Lane, ResourceLock, Stream, SyncJob

__all__ = [
    "Alert",
    "AlertChannel",
    "AlertRule",
    "ApiToken",
    "AuditEvent",
    "Availability",
    "BeatLease",
    "BeatSlot",
    "BusinessRule",
    "CallTally",
    "CallTotal",
    "Canary",
    "CaptureCursor",
    "CapturedRecord",
    "CartonLine",
    "CaseEvent",
    "CaseJob",
    "CaseRule",
    "CaseTally",
    "ChangeLine",
    "ChangeRequest",
    "CodeMapping",
    "ConfigurationChange",
    "ConfigurationDrift",
    "ConformanceRun",
    "Connection",
    "ConnectionGate",
    "CutOff",
    "DayFigures",
    "DaysOff",
    "DecidedDelivery",
    "Decision",
    "Document",
    "DocumentLine",
    "DowntimePack",
    "Drift",
    "Effect",
    "EnvironmentLock",
    "ExceptionCase",
    "ExternalReference",
    "FlowDay",
    "FlowSuccess",
    "FlowTally",
    "Generation",
    "HeldRights",
    "InTransit",
    "InboundMessage",
    "Installation",
    "JobAttempt",
    "KeyRotation",
    "KnownSystem",
    "Lane",
    "MasterRecord",
    "MasterRun",
    "MasterTold",
    "MessageEdit",
    "MessageGap",
    "MessageKey",
    "Mode",
    "Notice",
    "OrderDecision",
    "OrderRule",
    "OrderRuleVersion",
    "OutboundMessage",
    "Parcel",
    "ParcelEvent",
    "ParcelStatus",
    "PartnerItem",
    "Place",
    "Proof",
    "ProofFile",
    "Reach",
    "ReconciliationRun",
    "Recovery",
    "RemoteSlot",
    "Replay",
    "ReplayItem",
    "ReportMail",
    "ReportSchedule",
    "ResourceLock",
    "Retention",
    "Rollout",
    "RolloutFlow",
    "SeenWrite",
    "ServerShape",
    "ShadowDocument",
    "Stage",
    "StageEvent",
    "StockDifference",
    "StockEvent",
    "StockLevel",
    "StockLook",
    "StockSnapshot",
    "Stream",
    "SyncJob",
    "TrackingPage",
    "TriedChange",
    "TriedDocument",
    "TryTotal",
    "TypedShipment",
    "Variance",
    "VarianceCause",
    "Warehouse",
    "Wave",
    "WaveOrder",
    "WorkingHours",
]
