"""Navigation, and nothing else."""

import streamlit as st

st.write("desk")
