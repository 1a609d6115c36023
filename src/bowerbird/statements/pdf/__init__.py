"""Statements as PDF: words, lines, tables, proof."""
