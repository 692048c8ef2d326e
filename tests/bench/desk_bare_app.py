"""The least a Streamlit page can be: what `tests.bench.desk` holds the desk against."""

import streamlit as st

st.button("again", key="again")
runs = st.session_state["runs"] = st.session_state.get("runs", 0) + 1
with st.container(key=f"run-{runs}"):
    for line in range(20):
        st.text(f"line {line}")
