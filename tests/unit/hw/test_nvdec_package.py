"""What the NVDEC camera calls is there in the real package; without the package, or its driver, skipped."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path
from typing import Any

import pytest

THREADED = {
    "enc_file_path",
    "buffer_size",
    "gpu_id",
    "cuda_context",
    "cuda_stream",
    "use_device_memory",
    "start_frame",
}
DECODER = ("gpuid", "codec", "cudacontext", "cudastream", "usedevicememory", "latency")


def folder() -> Path:
    """Where the package lies; it is not imported, since that needs the driver."""
    spec = importlib.util.find_spec("PyNvVideoCodec")
    if spec is None or spec.origin is None:
        pytest.skip("PyNvVideoCodec is not installed")
    return Path(spec.origin).parent


def bindings() -> Any:
    """The newest of the package's extension modules."""
    path = max(folder().glob("PyNvVideoCodec_*.so"))
    spec = importlib.util.spec_from_file_location("_PyNvVideoCodec", path)
    if spec is None or spec.loader is None:
        pytest.skip(f"{path.name} is for another Python")
    try:
        module = importlib.util.module_from_spec(spec)
    except ImportError as error:
        pytest.skip(f"it needs NVIDIA's driver: {error}")
    spec.loader.exec_module(module)
    return module


def threaded_decoder() -> ast.ClassDef:
    tree = ast.parse((folder() / "decoders" / "ThreadedDecoder.py").read_text(encoding="utf-8"))
    return next(
        node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "ThreadedDecoder"
    )


def test_the_threaded_decoder_takes_what_it_is_given() -> None:
    methods = {node.name: node for node in threaded_decoder().body if isinstance(node, ast.FunctionDef)}
    taken = {argument.arg for argument in methods["__init__"].args.args}
    assert taken >= THREADED
    assert {"get_batch_frames", "end"} <= methods.keys()


def test_the_decoder_of_packets_takes_what_it_is_given() -> None:
    told = str(bindings().CreateDecoder.__doc__)
    assert [name for name in DECODER if f"{name}: " not in told] == []


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("DecodedFrame", {"GetPtrToPlane", "cuda", "format"}),
        ("PyNvDecoder", {"Decode"}),
        ("PyNvDemuxer", {"ColorSpace", "ColorRange", "Height"}),
        ("CAIMemoryView", {"shape", "stride"}),
        ("ColorSpace", {"BT_601", "BT_709"}),
        ("ColorRange", {"JPEG"}),
        ("Pixel_Format", {"NV12"}),
        ("cudaVideoCodec", {"H264", "HEVC"}),
        ("DisplayDecodeLatencyType", {"LOW"}),
    ],
)
def test_every_name_that_is_used_is_there(kind: str, names: set[str]) -> None:
    assert names <= set(dir(getattr(bindings(), kind)))


def test_a_packet_is_written_as_the_camera_writes_it() -> None:
    library = bindings()
    packet = library.PacketData()
    packet.bsl, packet.bsl_data, packet.pts = 9, 4096, 1
    packet.decode_flag = library.VideoPacketFlag.ENDOFPICTURE
    assert (packet.bsl, packet.bsl_data, packet.pts) == (9, 4096, 1)


def test_its_errors_are_of_the_classes_that_are_mapped() -> None:
    library = bindings()
    with pytest.raises(library.PyNvVCException):
        library.CreateDemuxer(filename="/no/such/file.mp4")
