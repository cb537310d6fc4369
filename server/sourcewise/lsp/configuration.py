"""Fetches the settings from the editor, and registers for notifications about changed settings and files."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from sourcewise.lsp.messages import show_message
from sourcewise.settings import Settings

if TYPE_CHECKING:
    from pygls.lsp.server import LanguageServer

logger = logging.getLogger(__name__)

_SECTION = "sourcewise"
_ANSWER_SECONDS = 5.0


async def fetch_settings(server: LanguageServer, options: Any, fallback: Settings) -> Settings:
    """Return the editor's settings, and show errors in them to the user.

    Args:
        server: the initialized server.
        options: the `initializationOptions`; values of the configuration override them.
        fallback: the settings to use if the editor has none at all.
    """
    values = _mapping(options) | _mapping(await _configuration(server))
    if not values:
        return fallback
    settings, problems = Settings.from_mapping(values)
    # Unknown names belong to the extension; the editor itself marks misspelt names.
    known = {spec.metadata["name"] for spec in fields(Settings)}
    shown = [problem.message for problem in problems if problem.name in known]
    for problem in problems:
        logger.warning("%s", problem)
    if shown:
        show_message(server, types.MessageType.Warning, shown)
    return settings


def register_for_changes(server: LanguageServer) -> None:
    """Ask the editor for notifications about changed settings and files, if it supports such registrations."""
    workspace = server.client_capabilities.workspace
    registrations = []
    if workspace and workspace.did_change_configuration and workspace.did_change_configuration.dynamic_registration:
        options: Any = types.DidChangeConfigurationRegistrationOptions(section=_SECTION)
        registrations.append(_registration(types.WORKSPACE_DID_CHANGE_CONFIGURATION, options))
    if workspace and workspace.did_change_watched_files and workspace.did_change_watched_files.dynamic_registration:
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers=[types.FileSystemWatcher("**/*")])
        registrations.append(_registration(types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options))
    if registrations:
        server.client_register_capability(types.RegistrationParams(registrations))


def _registration(method: str, options: Any) -> types.Registration:
    return types.Registration(id=method, method=method, register_options=options)


async def _configuration(server: LanguageServer) -> Any:
    workspace = server.client_capabilities.workspace
    if not (workspace and workspace.configuration):
        return None
    wanted = types.ConfigurationParams([types.ConfigurationItem(section=_SECTION)])
    reply = asyncio.ensure_future(server.workspace_configuration_async(wanted))
    # The request is never cancelled: pygls fails on a reply to a cancelled request.
    done, _ = await asyncio.wait([reply], timeout=_ANSWER_SECONDS)
    if not done or reply.exception() is not None:
        logger.warning("The editor did not return its settings in time.")
        return None
    values = reply.result()
    return values[0] if values else None


def _mapping(values: Any) -> dict[str, Any]:
    if isinstance(values, dict):
        return values
    if values is not None:
        logger.warning("Ignoring settings that are not an object: %r", values)
    return {}
