"""The parts of the reports page: choice, charts, tables, one file for each section."""
