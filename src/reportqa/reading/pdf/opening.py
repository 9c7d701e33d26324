"""A PDF opened with PDFium, which is made for one thread at a time."""

from __future__ import annotations

import threading

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from reportqa.errors import ReadingError

LOCK = threading.Lock()


def open_pdf(data: bytes, name: str) -> pdfium.PdfDocument:
    """Open a PDF; to be called, as all that is done with it, with the LOCK held.

    Raises ReadingError where the file is damaged or encrypted.
    """
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if raw.FPDF_ERR_PASSWORD in (error.err_code, raw.FPDF_GetLastError()):
            raise ReadingError(f"文件加了密码：{name}（请去掉密码再放进来）。") from error
        raise ReadingError(f"文件损坏：{name} 不是完好的 PDF（请重新导出）。") from error
