"""What the editor says about settings, and what it is asked to tell us later. Hides capabilities and registrations."""

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
    """Return the editor's settings and show what is wrong with them.

    Args:
        server: that is initialized.
        options: the `initializationOptions`; a value of the configuration goes before one of these.
        fallback: what to use where the editor has no settings at all.
    """
    values = _mapping(options) | _mapping(await _configuration(server))
    if not values:
        return fallback
    settings, problems = Settings.from_mapping(values)
    # Names that we do not know are the extension's own; the editor marks misspelt ones itself.
    known = {spec.metadata["name"] for spec in fields(Settings)}
    shown = [problem.message for problem in problems if problem.name in known]
    for problem in problems:
        logger.warning("%s", problem)
    if shown:
        show_message(server, types.MessageType.Warning, shown)
    return settings


def register_for_changes(server: LanguageServer) -> None:
    """Ask the editor to tell when settings or files change, where it lets itself be asked."""
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
    # Waited for, never cancelled: pygls fails on a reply to a request that was cancelled.
    done, _ = await asyncio.wait([reply], timeout=_ANSWER_SECONDS)
    if not done or reply.exception() is not None:
        logger.warning("The editor did not answer what its settings are.")
        return None
    values = reply.result()
    return values[0] if values else None


def _mapping(values: Any) -> dict[str, Any]:
    if isinstance(values, dict):
        return values
    if values is not None:
        logger.warning("Settings that are no object are ignored: %r", values)
    return {}
