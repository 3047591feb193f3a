"""Engines that measure voices, and find voices of a synthesiser that resemble somebody's."""
