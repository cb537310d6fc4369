"""Names of methods of built-in and standard types, by language.

A call of such a method on an unknown object is more likely a call of the built-in method than of a definition of the
same name. The names of Python come from its own types.
"""

from __future__ import annotations

import asyncio
import builtins
import collections
import datetime as dt
import io
import logging
import pathlib
import re
import socket
import subprocess
import threading


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _names_of_python() -> frozenset[str]:
    """Return the attributes of the built-in types and of often used standard types."""
    types = [each for each in vars(builtins).values() if isinstance(each, type)]
    types += [re.Pattern, re.Match, dt.datetime, dt.timedelta, pathlib.Path, io.TextIOWrapper, io.BytesIO]
    types += [logging.Logger, threading.Thread, threading.Condition, subprocess.Popen, socket.socket]
    types += [collections.OrderedDict, collections.deque, collections.Counter]
    types += [asyncio.Future, asyncio.Task, asyncio.Event, asyncio.StreamReader, asyncio.StreamWriter]
    return frozenset(name for each in types for name in dir(each) if not name.startswith("_"))


_JAVASCRIPT = _names(
    """
    BYTES_PER_ELEMENT abort abs acos acosh add addEventListener addListener all allSettled anchor any append
    appendChild apply arguments argv argv0 arrayBuffer asIndexedPairs asciiSlice asciiWrite asin asinh assert assign
    assignSocket at atan atan2 atanh attribute availableMemory base64Slice base64Write base64urlSlice base64urlWrite
    big bind blink blob blur body bodyUsed bold buffer byteLength byteOffset bytes cache call caller catch cbrt ceil
    charAt charCodeAt chdir clear click clone closed closest clz32 codePointAt compare compile compose concat
    connection constrainedMemory construct contains context copy copyWithin cork cos cosh count countReset cpuUsage
    create createTask credentials cwd debug debugPort defineProperties defineProperty delete deleteProperty
    description destination destroy destroyed detachSocket dir dirxml dispatchEvent dotAll drop duplex emit
    emitWarning end endsWith entries env equals error errored eventNames every exec execArgv execPath exit exitCode
    exp expm1 fill filter finally find findIndex findLast findLastIndex fixed flags flat flatMap floor focus
    fontcolor fontsize forEach formData freeze from fromEntries fround get getActiveResourcesInfo getAll
    getAttribute getBigInt64 getBigUint64 getBuiltinModule getDate getDay getFloat32 getFloat64 getFullYear getHours
    getInt16 getInt32 getInt8 getItem getMaxListeners getMilliseconds getMinutes getMonth getOwnPropertyDescriptor
    getOwnPropertyDescriptors getOwnPropertyNames getOwnPropertySymbols getPrototypeOf getSeconds getSetCookie
    getTime getTimezoneOffset getUTCDate getUTCDay getUTCFullYear getUTCHours getUTCMilliseconds getUTCMinutes
    getUTCMonth getUTCSeconds getUint16 getUint32 getUint8 getYear getgroups global group groupCollapsed groupEnd
    has hasIndices hasOwn hasOwnProperty hasUncaughtExceptionCaptureCallback hash headers headersDistinct hexSlice
    hexWrite host hostname href hrtime hypot ignoreCase imul includes indexOf info initgroups inspect integrity is
    isArray isExtensible isFrozen isHistoryNavigation isPaused isPrototypeOf isReloadNavigation isSealed
    isWellFormed italics iterator join json keepalive keys kill lastIndexOf latin1Slice latin1Write length link
    listenerCount listeners loadEnvFile localeCompare log log10 log1p log2 map match matchAll matches max
    maxByteLength memoryUsage message method min mode multiline name nextTick normalize of off offset ok on once
    openStdin origin ownKeys padEnd padStart parent parse password pathname pause pid pipe platform pop port
    postMessage pow ppid prependListener prependOnceListener preventExtensions profile profileEnd
    propertyIsEnumerable protocol prototype push querySelector querySelectorAll race random rawListeners read
    readBigInt64BE readBigInt64LE readBigUInt64BE readBigUInt64LE readBigUint64BE readBigUint64LE readDoubleBE
    readDoubleLE readFloatBE readFloatLE readInt16BE readInt16LE readInt32BE readInt32LE readInt8 readIntBE
    readIntLE readUInt16BE readUInt16LE readUInt32BE readUInt32LE readUInt8 readUIntBE readUIntLE readUint16BE
    readUint16LE readUint32BE readUint32LE readUint8 readUintBE readUintLE readable readableAborted readableBuffer
    readableDidRead readableEncoding readableEnded readableFlowing readableHighWaterMark readableLength
    readableObjectMode reallyExit redirect redirected reduce reduceRight referrer referrerPolicy reject remove
    removeAllListeners removeChild removeEventListener removeListener repeat replace replaceAll report resizable
    resize resolve resourceUsage resume reverse round seal search searchParams set setAttribute setBigInt64
    setBigUint64 setDate setDefaultEncoding setEncoding setFloat32 setFloat64 setFullYear setHours setInt16 setInt32
    setInt8 setItem setMaxListeners setMilliseconds setMinutes setMonth setPrototypeOf setSeconds
    setSourceMapsEnabled setTime setTimeout setUTCDate setUTCFullYear setUTCHours setUTCMilliseconds setUTCMinutes
    setUTCMonth setUTCSeconds setUint16 setUint32 setUint8 setUncaughtExceptionCaptureCallback setYear setgroups
    shift sign signal sin sinh size slice small some sort source sourceMapsEnabled splice split sqrt startsWith
    status statusCode statusMessage statusText stderr stdin stdout sticky strike stringify sub subarray substr
    substring sup swap16 swap32 swap64 table take tan tanh test text then time timeEnd timeLog timeStamp title
    toArray toDateString toExponential toFixed toGMTString toISOString toJSON toLocaleDateString toLocaleLowerCase
    toLocaleString toLocaleTimeString toLocaleUpperCase toLowerCase toPrecision toReversed toSorted toSpliced
    toString toTimeString toUTCString toUpperCase toWellFormed trace trailers trailersDistinct trim trimEnd trimLeft
    trimRight trimStart trunc type ucs2Slice ucs2Write umask uncork unicode unicodeSets unpipe unshift uptime url
    username utf8Slice utf8Write valueOf values version versions warn with wrap writable writableAborted
    writableBuffer writableCorked writableEnded writableFinished writableHighWaterMark writableLength
    writableNeedDrain writableObjectMode write writeBigInt64BE writeBigInt64LE writeBigUInt64BE writeBigUInt64LE
    writeBigUint64BE writeBigUint64LE writeContinue writeDoubleBE writeDoubleLE writeEarlyHints writeFloatBE
    writeFloatLE writeHead writeHeader writeInt16BE writeInt16LE writeInt32BE writeInt32LE writeInt8 writeIntBE
    writeIntLE writeProcessing writeUInt16BE writeUInt16LE writeUInt32BE writeUInt32LE writeUInt8 writeUIntBE
    writeUIntLE writeUint16BE writeUint16LE writeUint32BE writeUint32LE writeUint8 writeUintBE writeUintLE
    """
)
_JAVA = _names(
    """
    accept add addAll allMatch anyMatch append apply call charAt clear clone close collect compare compareTo
    computeIfAbsent concat contains containsAll containsKey containsValue count distinct doubleValue endsWith
    entrySet equals execute filter findAny findFirst flatMap flush forEach format get getCause getClass getKey
    getMessage getName getOrDefault getValue hasNext hashCode ifPresent indexOf insert intValue isEmpty isPresent
    iterator join keySet length limit lock longValue map matches next noneMatch notify notifyAll of orElse orElseGet
    orElseThrow parallelStream parseInt print printStackTrace println put putAll putIfAbsent read reduce remove
    removeAll replace replaceAll reverse run set shutdown size skip sort sorted split startsWith stream subList
    submit substring test toArray toList toLowerCase toString toUpperCase trim unlock valueOf values wait write
    """
)
_CSHARP = _names(
    """
    Add AddRange All Any Append Average Clear Close CompareTo Concat ConfigureAwait Contains ContainsKey Count
    Current Dequeue Dispose Distinct EndsWith Enqueue Equals First FirstOrDefault Flush Format Get GetEnumerator
    GetHashCode GetType GroupBy HasValue IndexOf Insert Invoke Join Key Keys Last LastOrDefault Length Max Message
    Min MoveNext OrderBy Parse Peek Pop Push Read ReadLine Remove RemoveAt Replace Result Reverse Select SelectMany
    Set Single SingleOrDefault Skip Sort Split StartsWith Substring Sum Take ToArray ToDictionary ToList ToLower
    ToString ToUpper Trim TryGetValue TryParse Value Values Wait Where Write WriteLine
    """
)

BUILT_IN_METHODS: dict[str, frozenset[str]] = {
    "python": _names_of_python(),
    **dict.fromkeys(("javascript", "typescript", "tsx", "vue", "svelte", "astro"), _JAVASCRIPT),
    **dict.fromkeys(("java", "kotlin", "scala", "groovy"), _JAVA),
    "csharp": _CSHARP,
    **dict.fromkeys(
        ("rust",),
        _names(
            """
            add all and_then any as_bytes as_deref as_mut as_ref as_str await borrow borrow_mut bytes chain chars
            clear clone cloned cmp collect contains contains_key copied count default deref drain drop ends_with
            entry enumerate eq err expect extend filter filter_map find first flat_map flush fmt fold for_each from
            get get_mut hash index insert into into_iter is_empty is_err is_none is_ok is_some iter iter_mut join
            keys last len lines lock map map_err max min mul neg new next ok ok_or ok_or_else or_else or_insert
            or_insert_with parse partial_cmp poll pop position push read recv remove replace resize retain rev send
            skip sort sort_by spawn split starts_with sub sum swap take to_owned to_string trim truncate unwrap
            unwrap_or unwrap_or_default unwrap_or_else values with_capacity write zip
            """
        ),
    ),
    **dict.fromkeys(
        ("go",),
        _names(
            """
            Add After As Before Body Bytes Cleanup Close Deadline Del Do Done Equal Err Error Errorf Exec Fatal
            Fatalf Flush Format Get Header Helper Is IsDir Len Less Load Lock Log Logf Mode Name Next Print Printf
            Println Query RLock RUnlock Read ReadString Run Scan Seek Set Size Skip Store String Sub Swap Text Unix
            Unlock Unwrap Value Wait Write WriteString
            """
        ),
    ),
    **dict.fromkeys(
        ("c", "cpp", "cuda"),
        _names(
            """
            append assign at back begin c_str capacity cbegin cend clear close compare count data detach emplace
            emplace_back empty end erase exchange fill find first flush front get has_value insert join length load
            lock max_size notify_all notify_one open pop pop_back push push_back rbegin read release rend reserve
            reset resize second size store str substr swap top unlock value value_or wait what write
            """
        ),
    ),
    **dict.fromkeys(
        ("ruby",),
        _names(
            """
            all? any? blank? bytes call capitalize chars class clear clone close compact concat count delete
            delete_if detect dig downcase drop dup each each_with_index each_with_object empty? end_with? fetch find
            first flat_map flatten format freeze frozen? group_by gsub hash id include? index inject insert inspect
            is_a? join key? keys kind_of? last length lines map match match? max merge min name new nil? none? open
            pop present? print push puts raise read reduce reject replace respond_to? reverse select send shift size
            slice sort sort_by split start_with? strip sub sum take tap then to_a to_f to_h to_i to_json to_s to_sym
            tr uniq unshift upcase update values write zip
            """
        ),
    ),
    **dict.fromkeys(
        ("swift",),
        _names(
            """
            allSatisfy append cancel compactMap contains count decode description dropFirst dropLast encode
            enumerated filter first flatMap forEach get hasPrefix hasSuffix hash index indices init insert isEmpty
            joined key keys last lock map max min prefix reduce remove removeAll removeFirst removeLast resume
            reversed set sort sorted split suffix unlock value values wait
            """
        ),
    ),
    **dict.fromkeys(
        ("php",),
        _names(
            """
            __call __get __set __toString add append apply bind bindParam bindValue call close count current diff
            execute fetch fetchAll format getCode getIterator getMessage getPrevious getTimestamp getTrace
            jsonSerialize key modify next offsetExists offsetGet offsetSet offsetUnset prepare query rewind
            setTimezone sub valid
            """
        ),
    ),
    **dict.fromkeys(
        ("elixir",),
        _names(
            """
            at concat count delete each fetch filter get into join keys length map merge new put reduce reverse sort
            split to_list to_string update values zip
            """
        ),
    ),
    **dict.fromkeys(
        ("lua",),
        _names(
            """
            byte char close concat find format gmatch gsub insert len lines lower match open read remove rep seek
            sort sub upper write
            """
        ),
    ),
}
"""By language; languages without a table are missing."""
