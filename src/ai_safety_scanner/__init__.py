"""AI safety scanning of uploads with OpenAI's moderation model. A failure of any kind is never "safe"."""

from ai_safety_scanner.calls import (
    image_calls,
    image_steps,
    sample_steps,
    text_calls,
    text_steps,
    upload_steps,
)
from ai_safety_scanner.contract import Endpoint
from ai_safety_scanner.images import Sample, image_samples
from ai_safety_scanner.judge import CATEGORY_THRESHOLDS, merge_results
from ai_safety_scanner.results import SafetyScanResult, ScanError
from ai_safety_scanner.runners import async_scan, scan
from ai_safety_scanner.scanners import AISafetyPipeline, OpenAIModerationScanner, OpenAIVisionScanner

__all__ = [
    "CATEGORY_THRESHOLDS",
    "AISafetyPipeline",
    "Endpoint",
    "OpenAIModerationScanner",
    "OpenAIVisionScanner",
    "SafetyScanResult",
    "Sample",
    "ScanError",
    "async_scan",
    "image_calls",
    "image_samples",
    "image_steps",
    "merge_results",
    "sample_steps",
    "scan",
    "text_calls",
    "text_steps",
    "upload_steps",
]
